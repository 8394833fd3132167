//! Reports to authorities: regimes, phases, clocks and the scope of what may leave.
