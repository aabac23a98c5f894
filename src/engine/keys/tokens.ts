import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeProtectedHeader, errors, importSPKI, jwtVerify, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { z } from 'zod';
import { HmsError, Instant, instantOf, Scope } from '../../contract/index.ts';
import type { KeyId, LakeId } from '../../contract/index.ts';
import type { Clock } from '../clock.ts';
import { ifMissing } from '../lake/index.ts';
import type { Durable } from '../lake/index.ts';

/** Tokens with which other programs ask this station about one lake: JSON Web Tokens (RFC 7519). Their secret and their list stay in the profile: docs/formats/tokens.md. */

/** A token that this station made. The token itself is not kept. */
export const MadeToken = z.strictObject({ id: z.string(), name: z.string(), scopes: z.array(Scope), made: Instant, expires: Instant, revoked: Instant.nullable() });
export type MadeToken = z.infer<typeof MadeToken>;

/** A public key whose owner makes tokens elsewhere. Only this algorithm is taken with it. */
export const TrustedKey = z.strictObject({ kid: z.string(), name: z.string(), algorithm: z.enum(['RS256', 'ES256']), spki: z.string(), scopes: z.array(Scope), added: Instant, revoked: Instant.nullable() });
export type TrustedKey = z.infer<typeof TrustedKey>;

const TokenFile = z.strictObject({ v: z.literal(1), secret: z.strictObject({ kid: z.string(), key: z.string() }), tokens: z.array(MadeToken), keys: z.array(TrustedKey) });
type TokenFile = z.infer<typeof TokenFile>;

/** Who a good token is of, and what it allows. */
export interface TokenHolder {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Clocks of two programs may differ by so much, s. */
const SKEW_S = 60;
const SECRET_BYTES = 32;
/** A token is some hundreds of characters; more is not looked at. */
const LONGEST = 8_192;

export interface TokensOf {
  readonly profile: string;
  readonly lake: LakeId;
  readonly station: KeyId;
  readonly durable: Durable;
  readonly clock: Clock;
  /** Keeps other programs of this workstation from changing the list, by a file of the profile; throws what `held` makes where they do not let go of it. */
  lock(file: string, held: () => HmsError): Promise<{ release(): void }>;
}

/** The tokens of one lake at one station. */
export class Tokens {
  readonly #of: TokensOf;
  readonly #file: string;
  readonly #audience: readonly [string, string];

  constructor(of: TokensOf) {
    this.#of = of;
    this.#file = join(of.profile, 'lakes', of.lake, 'tokens.json');
    this.#audience = [`hms-dta:lake:${of.lake}`, `hms-dta:station:${of.station}`];
  }

  async list(): Promise<{ readonly tokens: readonly MadeToken[]; readonly keys: readonly TrustedKey[] }> {
    const file = await this.#read();
    return { tokens: file?.tokens ?? [], keys: file?.keys ?? [] };
  }

  /** Makes a token; it cannot be shown again. */
  async make(name: string, scopes: readonly Scope[], seconds: number): Promise<{ readonly token: string; readonly made: MadeToken }> {
    const { clock } = this.#of;
    const now = Math.floor(clock.now() / 1000);
    const made: MadeToken = { id: clock.uuid(), name, scopes: [...new Set(scopes)].sort(), made: instantOf(now * 1000), expires: instantOf((now + seconds) * 1000), revoked: null };
    const file = await this.#change((was) => ({ ...was, tokens: [...was.tokens, made] }));
    const token = await new SignJWT({ scope: made.scopes.join(' ') })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: file.secret.kid })
      .setIssuer(this.#audience[1])
      .setSubject(name)
      .setAudience([...this.#audience])
      .setJti(made.id)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(Buffer.from(file.secret.key, 'base64url'));
    return { token, made };
  }

  /** Takes tokens that the owner of this key (SPKI in PEM) makes, for these scopes at most. Throws KEY_REFUSED for what is no RSA key of 2048 bits or more, nor a P-256 key. */
  async trust(name: string, kid: string, spki: string, scopes: readonly Scope[]): Promise<TrustedKey> {
    const key: TrustedKey = { kid, name, algorithm: await algorithmOf(spki), spki, scopes: [...new Set(scopes)].sort(), added: instantOf(this.#of.clock.now()), revoked: null };
    await this.#change((file) => {
      if (file.secret.kid === kid || file.keys.some((other) => other.kid === kid)) throw new HmsError('KEY_REFUSED', `A key with the id "${kid}" is there already.`, { kept: 'Nothing was changed.', next: 'Give it another id with --kid.' });
      return { ...file, keys: [...file.keys, key] };
    });
    return key;
  }

  /** Ends a token by its id or name, or a trusted key by its id. KEY_UNKNOWN where there is none, or several of a name. */
  async revoke(which: string): Promise<MadeToken | TrustedKey> {
    const revoked = instantOf(this.#of.clock.now());
    const isIt = (item: MadeToken | TrustedKey): boolean => item.revoked === null && (('kid' in item ? item.kid : item.id) === which || item.name === which);
    const ended = <T extends MadeToken | TrustedKey>(items: readonly T[]): T[] => items.map((item) => (isIt(item) ? { ...item, revoked } : item));
    const found: (MadeToken | TrustedKey)[] = [];
    await this.#change((file) => {
      found.push(...[...file.tokens, ...file.keys].filter(isIt));
      if (found.length === 1) return { ...file, tokens: ended(file.tokens), keys: ended(file.keys) };
      throw new HmsError('KEY_UNKNOWN', found.length > 1 ? `${found.length} tokens are called "${which}".` : `There is no token "${which}" that could be revoked.`, { kept: 'Nothing was changed.', next: 'See their ids with: hms dta token list' });
    });
    return { ...(found[0] as MadeToken | TrustedKey), revoked };
  }

  /** Who a token is of; a sentence why it is refused. The algorithm is that of the key it names, whatever the token says. */
  async holder(token: string): Promise<TokenHolder | string> {
    const file = await this.#read();
    const header = token.length > LONGEST ? null : headerOf(token);
    if (header === null) return 'The token is not a JSON Web Token.';
    if (header.alg.toLowerCase() === 'none') return 'The token says that it is not signed (alg: none). Tokens without a signature are not taken.';
    if (header.kid === null) return 'The token does not say by which key it is signed (kid).';
    const key = file === null ? null : await this.#keyOf(file, header.kid);
    if (file === null || key === null) return 'The token names no key that this workstation takes for this lake.';
    if (header.alg !== key.algorithm) return `The token is signed by ${header.alg}; with this key only ${key.algorithm} is taken.`;
    const claims = await this.#claims(token, key);
    if (typeof claims === 'string') return claims;
    const audience = [claims.aud ?? []].flat();
    if (!this.#audience.every((one) => audience.includes(one))) return 'The token is not for this lake and this workstation.';
    const asked = typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : [];
    if (key.trusted !== null) return { id: claims.jti ?? key.trusted.kid, name: claims.sub === undefined ? key.trusted.name : `${key.trusted.name}: ${claims.sub.slice(0, 200)}`, scopes: key.trusted.scopes.filter((scope) => asked.includes(scope)) };
    const made = file.tokens.find(({ id }) => id === claims.jti);
    if (made === undefined) return 'The token is not in the list of this workstation.';
    if (made.revoked !== null) return 'The token was revoked.';
    return { id: made.id, name: made.name, scopes: made.scopes.filter((scope) => asked.includes(scope)) };
  }

  async #keyOf(file: TokenFile, kid: string): Promise<{ readonly algorithm: string; readonly key: Uint8Array | CryptoKey; readonly trusted: TrustedKey | null } | null> {
    if (kid === file.secret.kid) return { algorithm: 'HS256', key: Buffer.from(file.secret.key, 'base64url'), trusted: null };
    const trusted = file.keys.find((key) => key.kid === kid && key.revoked === null);
    return trusted === undefined ? null : { algorithm: trusted.algorithm, key: await importSPKI(trusted.spki, trusted.algorithm), trusted };
  }

  async #claims(token: string, { key, algorithm }: { readonly key: Uint8Array | CryptoKey; readonly algorithm: string }): Promise<JWTPayload | string> {
    try {
      const options = { algorithms: [algorithm], clockTolerance: SKEW_S, currentDate: new Date(this.#of.clock.now()), requiredClaims: ['exp', 'aud'] };
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return `The token expired at ${this.#instantWords(error.payload.exp)}.`;
      if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is not good.';
      if (error instanceof errors.JWTClaimValidationFailed) return error.claim === 'nbf' ? `The token is not good before ${this.#instantWords(error.payload.nbf)}.` : `The token has no good "${error.claim}".`;
      if (error instanceof errors.JOSEError) return 'The token is not a JSON Web Token.';
      throw error;
    }
  }

  /** An instant that a token gives, and this computer's, so that a clock that is off is seen. */
  #instantWords(seconds: number | undefined): string {
    const at = typeof seconds === 'number' && Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') : 'an instant that cannot be read';
    return `${at}, and this computer's clock says ${new Date(this.#of.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')}`;
  }

  /** Puts another list in the place of the one that stands there; no other program of this workstation changes it meanwhile. */
  async #change(make: (file: TokenFile) => TokenFile): Promise<TokenFile> {
    const busy = (): HmsError => new HmsError('KEY_REFUSED', 'Another program of this workstation is changing the list of tokens.', { kept: 'Nothing was changed.', next: 'Try again when it is done.' });
    const lock = await this.#of.lock(join(dirname(this.#file), 'tokens.lock'), busy);
    try {
      const file = make((await this.#read()) ?? this.#fresh());
      await this.#write(file);
      return file;
    } finally {
      lock.release();
    }
  }

  #fresh(): TokenFile {
    const { clock } = this.#of;
    return { v: 1, secret: { kid: `hms-${Buffer.from(clock.random(6)).toString('hex')}`, key: Buffer.from(clock.random(SECRET_BYTES)).toString('base64url') }, tokens: [], keys: [] };
  }

  async #read(): Promise<TokenFile | null> {
    // At once: every request asks, the file is little, and the profile lies on a disk of this computer (docs/operations/places.md).
    const text = await new Promise<string>((resolve) => resolve(readFileSync(this.#file, 'utf8'))).catch(ifMissing(null));
    if (text === null) return null;
    try {
      return TokenFile.parse(JSON.parse(text));
    } catch (error) {
      throw new HmsError('KEY_REFUSED', `The list of tokens ${this.#file} cannot be read.`, { kept: 'Nothing was changed; no token is taken.', next: 'Restore it from a backup of the profile, or move it away: then new tokens can be made.', cause: error });
    }
  }

  /** The file holds a secret: closed to other accounts from its first byte. */
  async #write(file: TokenFile): Promise<void> {
    const { durable, clock } = this.#of;
    const folder = dirname(this.#file);
    await durable.makeFolder(folder);
    const next = join(folder, `tokens-${clock.uuid()}.part`);
    await durable.writeNew(next, Buffer.from(`${JSON.stringify(file)}\n`), 0o600);
    if (process.platform !== 'win32' && ((await stat(next)).mode & 0o077) !== 0) {
      await durable.removeFile(next);
      throw new HmsError('KEY_REFUSED', `${folder} is on a disk that cannot close a file to other accounts, so the secret of the tokens may not lie there.`, { kept: 'Nothing was changed.', next: 'Set HMS_PROFILE to a folder on a local disk of this computer.' });
    }
    await durable.moveFile(next, this.#file);
    await durable.disk.syncFolder(folder);
  }
}

function headerOf(token: string): { readonly alg: string; readonly kid: string | null } | null {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return typeof alg === 'string' ? { alg, kid: typeof kid === 'string' ? kid : null } : null;
  } catch (error) {
    // Whatever is no header, jose tells by a TypeError.
    if (error instanceof TypeError || error instanceof errors.JOSEError) return null;
    throw error;
  }
}

async function algorithmOf(spki: string): Promise<TrustedKey['algorithm']> {
  for (const algorithm of ['RS256', 'ES256'] as const) {
    const key = await importSPKI(spki, algorithm).catch(() => null);
    const bits = (key?.algorithm as { modulusLength?: number } | undefined)?.modulusLength;
    if (key !== null && (algorithm === 'ES256' || (bits ?? 0) >= 2048)) return algorithm;
  }
  throw new HmsError('KEY_REFUSED', 'The file holds no public key that can be taken: an RSA key of at least 2048 bits, or one on the curve P-256.', { kept: 'Nothing was changed.', next: 'Give the public key in PEM, beginning with "-----BEGIN PUBLIC KEY-----".' });
}

