// aws-jwt-verify as the party that relies on our tokens.
//
// `CognitoJwtVerifier` builds AWS's own issuer from the pool id and cannot be pointed elsewhere. The rules it adds
// are exported, though, and `JwtVerifier` takes them for any issuer. It fetches keys over https only; over http
// (everywhere but in tls.test.mjs) it is given another way to fetch.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { after, before, test } from "node:test";
import { InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import { JwtVerifier } from "aws-jwt-verify";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import * as errors from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { PASSWORD, Poolhouse } from "support";

let server, pool, tokens;

before(async () => {
  server = await Poolhouse.start();
  pool = await server.makePool();
  tokens = await signIn(pool);
});

after(() => server?.stop());

async function signIn({ id, clientId }) {
  const { username } = await server.makeUser(id);
  const reply = await server.admin.send(
    new InitiateAuthCommand({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD },
    }),
  );
  return reply.AuthenticationResult;
}

function verifier(rules = {}, { id, clientId } = pool) {
  const issuer = `${server.url}/${id}`;
  const fetcher = { fetch: async (uri) => (await fetch(uri)).arrayBuffer() };
  return JwtVerifier.create(
    {
      issuer,
      audience: null,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, { clientId, tokenUse: null, ...rules }),
    },
    server.url.startsWith("https:") ? undefined : { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
}

const refused = (verifying, kind) => assert.rejects(verifying, (error) => error instanceof errors[kind]);

const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part) => JSON.parse(Buffer.from(part, "base64url"));

test("the tokens verify", async () => {
  assert.equal((await verifier({ tokenUse: "access" }).verify(tokens.AccessToken)).token_use, "access");
  assert.equal((await verifier({ tokenUse: "id" }).verify(tokens.IdToken)).token_use, "id");
});

test("once the keys are known, without asking again", async () => {
  const known = verifier();
  await known.hydrate();
  assert.ok(known.verifySync(tokens.IdToken));
});

test("one token is not the other", async () => {
  await refused(verifier({ tokenUse: "id" }).verify(tokens.AccessToken), "CognitoJwtInvalidTokenUseError");
  await refused(verifier({ tokenUse: "access" }).verify(tokens.IdToken), "CognitoJwtInvalidTokenUseError");
});

test("another client's", async () => {
  for (const token of [tokens.IdToken, tokens.AccessToken])
    await refused(verifier({ clientId: "0".repeat(26) }).verify(token), "CognitoJwtInvalidClientIdError");
});

test("a group the user is not in", async () => {
  await refused(verifier({ groups: ["admin"] }).verify(tokens.AccessToken), "CognitoJwtInvalidGroupError");
});

test("another pool's", async () => {
  const other = await server.makePool();
  await refused(verifier({}, other).verify(tokens.AccessToken), "KidNotFoundInJwksError");
});

test("another issuer's, signed by keys that are known", async () => {
  const other = await server.makePool();
  const fetcher = { fetch: async (uri) => (await fetch(uri.replace(other.id, pool.id))).arrayBuffer() };
  const issuer = `${server.url}/${other.id}`;
  const confused = JwtVerifier.create(
    { issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json` },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
  await refused(confused.verify(tokens.AccessToken), "JwtInvalidIssuerError");
});

test("an expired one", async () => {
  await server.setClock(-7200);
  try {
    await refused(verifier().verify((await signIn(pool)).AccessToken), "JwtExpiredError");
  } finally {
    await server.setClock(0);
  }
});

test("forgeries", async () => {
  const [head, payload, signature] = tokens.AccessToken.split(".");
  const header = decode(head);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const strangers = sign("sha256", Buffer.from(`${head}.${payload}`), privateKey).toString("base64url");
  const hs256 = `${encode({ ...header, alg: "HS256" })}.${payload}`;
  const forged = {
    JwtParseError: [`${encode({ ...header, alg: "none" })}.${payload}.`],
    JwtInvalidSignatureAlgorithmError: [
      `${encode({ ...header, alg: "none" })}.${payload}.${signature}`,
      `${hs256}.${createHmac("sha256", "public key").update(hs256).digest("base64url")}`,
    ],
    JwtInvalidSignatureError: [
      `${head}.${payload}.${strangers}`,
      `${head}.${encode({ ...decode(payload), sub: "someone else" })}.${signature}`,
    ],
    KidNotFoundInJwksError: [`${encode({ ...header, kid: "nobody" })}.${payload}.${signature}`],
  };
  for (const [kind, tokens] of Object.entries(forged))
    for (const token of tokens) await refused(verifier().verify(token), kind);
});
