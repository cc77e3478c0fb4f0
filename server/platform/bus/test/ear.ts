import type { RunningBus } from '../types.ts';

/** What a process heard of a topic, and when it has heard so many ids. */
export class Ear {
  readonly ids: string[] = [];
  #wake: () => void = () => undefined;

  constructor(bus: RunningBus, topic: string) {
    bus.subscribe(topic, (ids) => {
      this.ids.push(...ids);
      this.#wake();
    });
  }

  async heard(count: number): Promise<string[]> {
    while (this.ids.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.ids;
  }
}
