import { overTls } from "support/over-tls";

overTls(new URL("verify.test.mjs", import.meta.url), 9);
