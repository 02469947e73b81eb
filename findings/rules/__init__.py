"""The rules: a file is a rule. A name that begins with an underscore is shared by several of them, and no rule."""
