"""Which release this is: what `runs` notes, whatever USER_AGENT is set to."""

VERSION = "0.1.0"
