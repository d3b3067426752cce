// Keeps what reaches the phone in a page: each packet of the other end as it comes, before it is decoded, and the
// sound that it becomes. A test begins a part, and asks for what came in it.
"use strict";

(() => {
  const parts = {};
  let part = null;

  function begin(name) {
    part = parts[name] = { packets: [], sound: [], rate: 0 };
  }

  function base64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  }

  function heard(name) {
    const { packets, sound, rate } = parts[name];
    const whole = new Int16Array(sound.reduce((length, one) => length + one.length, 0));
    sound.reduce((at, one) => { whole.set(one, at); return at + one.length; }, 0);
    return { packets, rate, sound: base64(new Uint8Array(whole.buffer)) };
  }

  function keep(frame, onward) {
    const { payloadType, rtpTimestamp, sequenceNumber, synchronizationSource } = frame.getMetadata();
    if (part) {
      const content = base64(new Uint8Array(frame.data));
      part.packets.push([payloadType, sequenceNumber, rtpTimestamp ?? frame.timestamp, synchronizationSource, content]);
    }
    onward.enqueue(frame);
  }

  async function listen(track) {
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 5000 }).readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      if (part) {
        part.rate = value.sampleRate;
        part.sound.push(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
      }
      value.close();
    }
  }

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(settings, ...rest) {
      super({ ...settings, encodedInsertableStreams: true }, ...rest);
      this.addEventListener("track", ({ receiver, track }) => {
        const { readable, writable } = receiver.createEncodedStreams();
        readable.pipeThrough(new TransformStream({ transform: keep })).pipeTo(writable).catch(() => {});
        listen(track);
      });
    }

    addTrack(...given) {
      const sender = super.addTrack(...given);
      const { readable, writable } = sender.createEncodedStreams();
      readable.pipeTo(writable).catch(() => {});
      return sender;
    }
  };

  window.ear = { begin, heard };
})();
