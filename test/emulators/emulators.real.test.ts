import { afterEach, expect, test } from '@jest/globals';
import { describeWithFirestore, describeWithPubsub } from './emulators.ts';

describeWithFirestore('the Firestore emulator', (emulator) => {
  afterEach(() => emulator.resume());

  test('answers, stands still while it is paused, and goes on', async () => {
    const url = `http://${emulator.host}/`;
    expect((await fetch(url)).ok).toBe(true);
    await emulator.pause();
    const answer = fetch(url, { signal: AbortSignal.timeout(300) }).then(
      () => 'answered',
      () => 'silent',
    );
    expect(await answer).toBe('silent');
    emulator.resume();
    expect((await fetch(url)).ok).toBe(true);
  });
});

describeWithPubsub('the Pub/Sub emulator', (emulator) => {
  test('answers', async () => {
    const answer = await fetch(`http://${emulator.host}/v1/projects/p/topics/some-topic`, { method: 'PUT' });
    expect(await answer.json()).toEqual({ name: 'projects/p/topics/some-topic' });
  });

  describeWithFirestore('with the Firestore emulator beside it', (other) => {
    test('has another port', () => {
      expect(other.host).not.toBe(emulator.host);
    });
  });
});
