"""What a worker keeps of the catalogue holds until one of the tables changes from which the catalogue is made."""

from core.changes import Watch

#: Its triggers stand on every table that a page of the catalogue reads (migration 0002).
CATALOGUE = Watch("gallery_change")
