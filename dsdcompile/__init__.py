"""dsdcompile: from a trained neural network, or any CRN, to a verified and orderable DNA strand displacement system."""
