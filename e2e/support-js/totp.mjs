// Codes of software tokens: RFC 6238 with SHA-1, six digits and steps of 30 seconds.

import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The code of the present step, or of as many steps `later`. A code works once and no older one after it; as the next
 * step's code is accepted already, a test can use two codes of one token: the present one, then that of one step later.
 */
export function totp(secret, later = 0) {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", base32(secret)).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const present = (secret) => [-2, -1, 0, 1, 2, 3].map((later) => totp(secret, later));

/** A code of two minutes ago, which is none of the present ones. */
export function expiredTotp(secret) {
  for (let ago = 4; ; ago++) {
    const code = totp(secret, -ago);
    if (!present(secret).includes(code)) return code;
  }
}

/** Six digits that are no code of about now. */
export function wrongTotp(secret) {
  const codes = present(secret);
  for (let number = 0; ; number++) {
    const code = String(number).padStart(6, "0");
    if (!codes.includes(code)) return code;
  }
}

/** As many digits, another number. */
export const otherThan = (code) => String((Number(code) + 1) % 10 ** code.length).padStart(code.length, "0");

function base32(text) {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
