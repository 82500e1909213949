/** A mail ready to go. */
export interface Mail {
  /** The notification's id; the same at every attempt, so that a mail sent twice can be told. */
  readonly id: string;
  readonly createdAt: Date;
  readonly to: string;
  readonly toName: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Delivers mail. */
export abstract class Mailer {
  /** @throws JobFailure, permanent when the mail itself was refused. */
  abstract send(mail: Mail): Promise<void>;
}
