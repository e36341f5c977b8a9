"""From a fresh machine to a running application: what the targets of the Makefile do.

Standard library only: these modules run on the machine's own python3, before anything is installed.
"""
