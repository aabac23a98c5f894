/** Keeps what is lent from being closed under those who use it, and lets openings and closings take turns. */
export class Lending {
  /** Who wants what is lent waits for openings and closings that are under way. */
  #turn: Promise<unknown> = Promise.resolve();
  #users = 0;
  #free: (() => void)[] = [];

  /** After the steps that were begun before. */
  inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Resolves when no step is under way. */
  async noTurn(): Promise<void> {
    await this.#turn;
  }

  /** `holds`: keeps it for as long as a promise is not settled, whether anyone waits for it or not. */
  async lend<T>(work: (holds: <P>(promise: Promise<P>) => Promise<P>) => Promise<T>): Promise<T> {
    const end = (): void => {
      this.#users--;
      if (this.#users === 0) for (const free of this.#free.splice(0)) free();
    };
    this.#users++;
    try {
      return await work((promise) => {
        this.#users++;
        promise.then(end, end);
        return promise;
      });
    } finally {
      end();
    }
  }

  /** Resolves when nobody uses it. */
  unused(): Promise<void> {
    return this.#users === 0 ? Promise.resolve() : new Promise((resolve) => this.#free.push(resolve));
  }
}
