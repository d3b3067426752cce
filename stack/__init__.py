"""The whole product on one machine: what `make asterisk`, `make run`, `make demo`, the tests and the bench share."""
