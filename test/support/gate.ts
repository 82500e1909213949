/** Something to wait for that a test opens by hand, so that transactions overlap as it wants them to. */
export class Gate {
  open!: () => void;
  readonly opened = new Promise<void>(resolve => (this.open = resolve));
}
