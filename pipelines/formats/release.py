"""Which release this is: what `runs`, WARC files and installers are told."""

__version__ = "0.2.0.dev0"
