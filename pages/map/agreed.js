// Page and server each may change what both show. What came from here comes back a moment later,
// perhaps when it has changed again here: only what the server says by itself is news.

class Agreed {
  sent = [];

  // Note that something is told to the server.
  tell(serial) {
    this.sent.push(serial);
  }

  // Whether the server says something that did not come from here.
  isNews(serial) {
    if (serial === this.heard) return false;
    this.heard = serial;
    const own = this.sent.indexOf(serial);
    this.sent.splice(0, own + 1);
    return own < 0;
  }

  // Whether something told has not come back yet.
  get isWaiting() {
    return this.sent.length > 0;
  }
}

// Maps of the page by the name of their element, for the histograms beside them.
const maps = (globalThis.kindredMaps ??= new Map());
const CHANGED = "kindred-map";
