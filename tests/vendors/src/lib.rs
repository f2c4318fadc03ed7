//! Stand-ins for speech and language vendors: each speaks its wire protocol as its public documentation defines it, over real TLS.
