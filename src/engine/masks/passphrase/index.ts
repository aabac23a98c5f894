import { effWords } from './eff-words.ts';

/** Passphrases that the program makes: seven words, which a person can read aloud and type. */

const WORDS = 7;
const PER_WORD = effWords.length;
/** Of two bytes, so many values are shared out evenly; those above are thrown away. */
const EVEN = 65_536 - (65_536 % PER_WORD);

/** Seven words, each with the same chance and whatever the others are: 7 × log2(7,776) = 90.5 bits. */
export function newPassphrase(random: (size: number) => Uint8Array): string {
  const words: string[] = [];
  while (words.length < WORDS) {
    const [high = 0, low = 0] = random(2);
    const drawn = high * 256 + low;
    if (drawn < EVEN) words.push(effWords[drawn % PER_WORD] ?? '');
  }
  return words.join(' ');
}

/** As it was made, whatever the typist did with capitals and spaces. */
export function passphraseText(typed: string): string {
  return typed.trim().toLowerCase().split(/\s+/u).join(' ');
}
