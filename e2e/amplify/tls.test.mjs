import { overTls } from "support/over-tls";

overTls(new URL("amplify.test.mjs", import.meta.url), 13);
