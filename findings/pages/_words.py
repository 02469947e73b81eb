"""Words of ours that several pages say."""

#: What a posture's egress is called where there is room for two words only.
WAYS_OUT = {
    "internet": "open egress", "restricted": "restricted egress", "private": "private network", "none": "no egress",
    "unknown": "egress unknown",
}  # fmt: skip
