"""What is asked of Google, list by list: JSON as it answers, nothing judged, nothing caught.

The first argument is the session; what several scopes need is read once in it (`session.once`).
"""
