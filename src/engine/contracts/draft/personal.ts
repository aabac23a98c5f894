/** What may be personal: told by values and by headers. A guess for a person to judge, which errs on the side of telling. */

export type PersonalKind = 'ssn' | 'email' | 'phone' | 'card' | 'name' | 'birth_date' | 'address';

export interface PersonalGuess {
  readonly kind: PersonalKind;
  /** Why, the end of "It looks personal: …". */
  readonly why: string;
}

const email = /^[^\s@]{1,64}@[^\s@]{1,190}\.[A-Za-z]{2,24}$/;
const phone = /^(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]\d{3}[ .-]\d{4}$/;

/** A number that the Social Security Administration may have given out: never 000, 666 or 9xx in front, 00 in the middle, 0000 behind. */
export function isSsn(text: string): boolean {
  const found = /^(\d{3})-(\d\d)-(\d{4})$/.exec(text);
  if (found === null) return false;
  const [, area = '', group = '', serial = ''] = found;
  return area !== '000' && area !== '666' && !area.startsWith('9') && group !== '00' && serial !== '0000';
}

/** 13 to 19 digits, with blanks or dashes between groups, of a card's issuer, with a good check digit (Luhn, ISO/IEC 7812-1). */
export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  if (!/^[2-6]\d{12,18}$/.test(digits) || /^(\d)\1*$/.test(digits)) return false;
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const digit = Number(digits[i]) * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** Counts what looks personal among the values of one column. */
export class PersonalTally {
  #told = 0;
  readonly #found = { ssn: 0, email: 0, phone: 0, card: 0 };

  add(text: string): void {
    if (text.length < 7 || text.length > 260) {
      this.#told++;
      return;
    }
    this.#told++;
    const value = text.trim();
    if (isSsn(value)) this.#found.ssn++;
    else if (value.includes('@')) {
      if (email.test(value)) this.#found.email++;
    } else if (phone.test(value)) this.#found.phone++;
    else if (isCardNumber(value)) this.#found.card++;
  }

  /** Null where neither the values nor the header say anything. A tenth of the values is enough; of cards more, because one number in ten passes the check digit by chance. */
  guess(header: string): PersonalGuess | null {
    const words = header.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/);
    const has = (...some: string[]): boolean => some.some((word) => words.includes(word));
    const joined = words.join('');
    const { ssn, email: mails, phone: phones, card } = this.#found;
    const part = (count: number): boolean => count > 0 && count >= this.#told / 10;
    const of = (count: number): string => `${count.toLocaleString('en-US')} of ${this.#told.toLocaleString('en-US')} values`;
    if (part(ssn)) return { kind: 'ssn', why: `${of(ssn)} are written like Social Security numbers` };
    if (part(mails)) return { kind: 'email', why: `${of(mails)} are e-mail addresses` };
    if (part(phones)) return { kind: 'phone', why: `${of(phones)} are written like telephone numbers` };
    if (card > 0 && card >= this.#told / 2) return { kind: 'card', why: `${of(card)} are card numbers with a good check digit (Luhn)` };
    const byHeader = (kind: PersonalKind): PersonalGuess => ({ kind, why: `the header "${header}" says so` });
    if (has('ssn', 'sin') || joined.includes('socialsecurity')) return byHeader('ssn');
    if (has('email', 'mail') || joined.includes('emailaddress')) return byHeader('email');
    if (has('phone', 'telephone', 'mobile', 'fax', 'cell')) return byHeader('phone');
    if (joined.includes('cardnumber') || joined.includes('creditcard') || has('pan')) return byHeader('card');
    if (has('dob', 'birthdate', 'birthday') || joined.includes('dateofbirth') || joined.includes('birthdate')) return byHeader('birth_date');
    const isPerson = joined.includes('firstname') || joined.includes('lastname') || joined.includes('surname') || joined.includes('fullname') || joined.includes('middlename') || joined.includes('maidenname');
    const named = has('name') && has('patient', 'person', 'employee', 'applicant', 'driver', 'owner', 'officer', 'customer', 'client', 'student', 'contact', 'inspector', 'complainant', 'claimant', 'witness', 'user');
    if (isPerson || named || joined === 'name' || has('fname', 'lname')) return byHeader('name');
    return (has('street', 'address') && !has('ip', 'mac', 'web')) || joined.includes('streetaddress') ? byHeader('address') : null;
  }
}
