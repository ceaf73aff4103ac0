"""`make run`: prepares an installation and supervises its parts. Plain Python; Django runs in the parts."""
