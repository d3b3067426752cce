"""The flow language: model, loader, engine and steps. It sees a call only through `ivr.flow.call.Call`."""
