"""The search language: one text is the whole state of a list.

`parse` reads it, `edit` changes it, `fields` say what can be asked, `compile` turns it into a database filter.
`inventory.search.lists` holds what pages, API and commands use.
"""
