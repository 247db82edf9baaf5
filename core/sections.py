"""Drafts that are filled in section by section: their answers, to be checked before they are sent."""


def answer_sections(titles, content, change_url):
    """[(name, title, rows of summary_list.html)] of `content`, {section: [(label, value)]}.

    `change_url(name)` is the page on which a section is changed, "" where it cannot be; the first row of each has the link.
    """
    return [
        (
            name,
            titles[name],
            [
                {"label": label, "value": value, "change_url": "" if place else change_url(name)}
                for place, (label, value) in enumerate(rows)
            ],
        )
        for name, rows in content.items()
    ]
