//! The two routers. Production's is built from [`Edge`] alone; the sandbox's adds what only [`Sandbox`] can give.
