"""Forms of the pages on duplicates."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.services.merges import (
    BOTH,
    FIELDS,
    KEPT,
    MERGED,
    RANK,
    default_choices,
    figure_choice,
    same_period_figures,
)

FIRST, SECOND = "first", "second"


class MergeForm(ServiceFormMixin, forms.Form):
    """Which of two files stays, and for all that differs which side's value. `rows` are the fields to choose from."""

    use_required_attribute = False

    keep = forms.ChoiceField(label=_("Berkas yang dipertahankan"), widget=forms.RadioSelect)
    first_version = forms.IntegerField(widget=forms.HiddenInput)
    second_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, first, second, values):
        """`values` maps each name of a choice to its label and what both sides show."""
        self.sides = {FIRST: first, SECOND: second}
        super().__init__(data)
        self.keep_first = self._kept_by_default() == FIRST
        self.fields["keep"].choices = [
            (name, f"{business.reference} ({business.get_status_display()})")
            for name, business in self.sides.items()
        ]
        self.fields["keep"].initial = FIRST if self.keep_first else SECOND
        self.fields["first_version"].initial, self.fields["second_version"].initial = (
            first.version,
            second.version,
        )
        defaults = default_choices(*self._kept_first(self.keep_first))
        self.choice_names = []
        for name, (label, left, right) in values.items():
            if left == right:
                continue
            choices = [(FIRST, left or "–"), (SECOND, right or "–")]
            if name == "owner":
                choices.append((BOTH, _("Keduanya pemilik")))
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=choices,
                widget=forms.RadioSelect,
                initial=self._side(defaults[name], self.keep_first),
            )
            self.choice_names.append(name)

    @property
    def rows(self):
        return [self[name] for name in self.choice_names]

    def _kept_by_default(self):
        """The more settled file, then the one that stood in the register first."""
        first, second = self.sides[FIRST], self.sides[SECOND]
        ranks = RANK.get(first.status, 0), RANK.get(second.status, 0)
        if ranks[0] != ranks[1]:
            return FIRST if ranks[0] > ranks[1] else SECOND
        days = first.registered_on, second.registered_on
        return SECOND if all(days) and days[1] < days[0] else FIRST

    def _kept_first(self, keep_first):
        order = (FIRST, SECOND) if keep_first else (SECOND, FIRST)
        return [self.sides[name] for name in order]

    @staticmethod
    def _side(choice, keep_first):
        """The service's word for a choice as a side of the page, or a side as the service's word."""
        if choice == BOTH:
            return BOTH
        pairs = [(KEPT, FIRST), (MERGED, SECOND)] if keep_first else [(KEPT, SECOND), (MERGED, FIRST)]
        return (
            dict(pairs)[choice] if choice in (KEPT, MERGED) else {side: word for word, side in pairs}[choice]
        )

    def kept_and_merged(self):
        return self._kept_first(self.cleaned_data["keep"] == FIRST)

    def choices(self):
        """The choices in the service's words."""
        keep_first = self.cleaned_data["keep"] == FIRST
        return {name: self._side(self.cleaned_data[name], keep_first) for name in self.choice_names}

    def versions(self):
        return {
            self.sides[FIRST].pk: self.cleaned_data["first_version"],
            self.sides[SECOND].pk: self.cleaned_data["second_version"],
        }


def choice_names(first, second):
    """The names of all that can be chosen between two files."""
    return [
        *FIELDS,
        "owner",
        *(figure_choice(figure) for figure, _other in same_period_figures(first, second)),
    ]
