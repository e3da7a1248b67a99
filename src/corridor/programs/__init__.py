"""The payment programs, one package each, all of one shape: eligibility, score, settle, inputs."""
