import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";

/** Magic, salt, nonce, the ciphertext, and GCM's tag behind it. */
const MAGIC = Buffer.from("PORTAINER-AES-256-GCM-SCRYPT\n");
const SALT = 16;
const NONCE = 12;
const TAG = 16;
/** The cost of one guess: 64 MB and a tenth of a second. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

export const isEncrypted = (content: Uint8Array): boolean => MAGIC.equals(content.subarray(0, MAGIC.length));

export async function encrypted(content: Buffer, password: string): Promise<Buffer> {
  const salt = randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", await keyOf(password, salt), nonce).setAAD(MAGIC);
  const text = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([MAGIC, salt, nonce, text, cipher.getAuthTag()]);
}

/** Throws if the password is wrong or the data was changed. */
export async function decrypted(content: Uint8Array, password: string): Promise<Buffer> {
  const ends = [
    MAGIC.length,
    MAGIC.length + SALT,
    MAGIC.length + SALT + NONCE,
    content.length - TAG,
  ] as const;
  if (ends[3] < ends[2]) throw new Error("the file ends too early");
  const [salt, nonce, text, tag] = [
    content.subarray(ends[0], ends[1]),
    content.subarray(ends[1], ends[2]),
    content.subarray(ends[2], ends[3]),
    content.subarray(ends[3]),
  ];
  const decipher = createDecipheriv("aes-256-gcm", await keyOf(password, salt), nonce);
  decipher.setAAD(MAGIC).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch (cause) {
    throw new Error("the password is not the one, or the file is damaged", { cause });
  }
}

function keyOf(password: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
