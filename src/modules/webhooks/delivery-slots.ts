/**
 * Bounds how much is under way at once, in all and for each group. A slot that gets free goes to the group that has the
 * fewest, then to whoever has waited longest: a group whose work is slow waits for itself.
 */
export class DeliverySlots {
  private readonly taken = new Map<string, number>();
  private readonly waiting: { readonly group: string; readonly start: () => void }[] = [];
  private total = 0;

  constructor(
    private readonly most: number,
    private readonly mostPerGroup: number,
  ) {}

  /** Does `work` once there is a slot for it. */
  async run<T>(group: string, work: () => Promise<T>): Promise<T> {
    if (this.hasRoom(group)) this.take(group);
    else await new Promise<void>(start => this.waiting.push({ group, start }));
    try {
      return await work();
    } finally {
      this.free(group);
    }
  }

  private hasRoom(group: string): boolean {
    return this.total < this.most && this.of(group) < this.mostPerGroup;
  }

  private of(group: string): number {
    return this.taken.get(group) ?? 0;
  }

  private take(group: string): void {
    this.total++;
    this.taken.set(group, this.of(group) + 1);
  }

  private free(group: string): void {
    this.total--;
    const left = this.of(group) - 1;
    if (left) this.taken.set(group, left);
    else this.taken.delete(group);
    const next = this.next();
    if (next === null) return;
    const [{ group: chosen, start }] = this.waiting.splice(next, 1) as [(typeof this.waiting)[number]];
    this.take(chosen);
    start();
  }

  /** The place of whoever is next; null when nobody waits who may begin. */
  private next(): number | null {
    let best: number | null = null;
    for (const [place, { group }] of this.waiting.entries()) {
      if (!this.hasRoom(group)) continue;
      if (best === null || this.of(group) < this.of(this.waiting[best]!.group)) best = place;
    }
    return best;
  }
}
