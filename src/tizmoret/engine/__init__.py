"""The engine: from an accepted plan to its end. Events, a pure scheduler, a driver per execution, one journal per process."""
