"""What is asked of AWS, by subject. Dumb: JSON as it comes, what was refused as `Unread`; no judging, no database.

Every raw entry holds all that its normalizer needs, so that what it means can be worked out again without the cloud.
"""
