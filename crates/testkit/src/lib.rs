//! TestServer::start(): Poolhouse in-process with a fake clock and a readable mailbox.
