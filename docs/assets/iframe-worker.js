// A browser starts no worker from a folder on disk. There a hidden frame does the search's work:
// it runs the same script and exchanges the same messages. The theme looks for the class's name.
window.IFrameWorker = class extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.srcdoc = "<body></body>";
    const loaded = new Promise((done) => (frame.onload = done));
    document.body.append(frame);
    this.inside = frame;
    this.ready = loaded.then(() => this.start(url));
  }

  start(url) {
    const inside = this.inside.contentWindow;
    inside.postMessage = (data) => this.answer(data);
    inside.importScripts = (...urls) =>
      urls.reduce((before, next) => before.then(() => this.load(next)), Promise.resolve());
    return this.load(url);
  }

  load(url) {
    const script = this.inside.contentDocument.createElement("script");
    script.src = url;
    this.inside.contentDocument.body.append(script);
    return new Promise((done) => (script.onload = done));
  }

  answer(data) {
    const message = new MessageEvent("message", { data });
    this.dispatchEvent(message);
    this.onmessage?.(message);
  }

  postMessage(data) {
    this.ready.then(() =>
      this.inside.contentWindow.dispatchEvent(new MessageEvent("message", { data })),
    );
  }

  terminate() {
    this.inside.remove();
  }
};
if (location.protocol === "file:") window.Worker = window.IFrameWorker;
