"""The stages of the pipeline: each turns the values of earlier stages into its own, one file a stage."""
