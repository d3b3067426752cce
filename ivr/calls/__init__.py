"""Live calls: what a flow's wishes mean on a real line. One call is one task group; its end releases everything."""
