"""A provider is a folder here; its `PROVIDER` is what `collectors.provider.Provider` describes."""
