// QR codes from the phone's camera: by the browser's own detector if it has one, else by ZXing as WebAssembly, which is
// loaded when the camera is first started and not before.

const EVERY_MS = 120;
const QR = ["qr_code"];

export class CameraProblem extends Error {
  // `kind`: denied, missing, insecure or broken
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const KINDS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };

export class Camera {
  // `see` is told each code in each picture, also the same one again and again.
  constructor({ video, decoder, wasm, see }) {
    Object.assign(this, { video, decoder, wasm, see, stream: null, light: null });
  }

  get runs() {
    return this.stream !== null;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem(window.isSecureContext ? "missing" : "insecure");
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      throw new CameraProblem(KINDS[error.name] ?? "broken");
    }
    const [track] = this.stream.getVideoTracks();
    track.addEventListener("ended", () => this.stop());
    this.light = track.getCapabilities?.().torch ? (on) => track.applyConstraints({ advanced: [{ torch: on }] }) : null;
    this.video.srcObject = this.stream;
    try {
      await this.video.play();
      this.detector ??= await makeDetector(this);
    } catch {
      this.stop();
      throw new CameraProblem("broken");
    }
    this.keepAwake();
    this.look();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.awake?.release().catch(() => {});
    this.awake = null;
  }

  // A phone that goes dark between two cars would be unlocked for each.
  keepAwake() {
    navigator.wakeLock?.request("screen").then((lock) => { this.awake = lock; }, () => {});
  }

  async look() {
    while (this.stream) {
      if (document.visibilityState === "visible" && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const codes = await this.detector.detect(this.video).catch(() => []);
        if (codes.length && this.stream) this.see(codes[0].rawValue);
      }
      await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
    }
  }
}

async function makeDetector({ decoder, wasm }) {
  const own = window.BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch(() => [])).includes("qr_code")) return new own({ formats: QR });
  await load(decoder);
  const zxing = window.BarcodeDetectionAPI;
  zxing.prepareZXingModule({ overrides: { locateFile: (path, folder) => (path.endsWith(".wasm") ? wasm : folder + path) } });
  return new zxing.BarcodeDetector({ formats: QR });
}

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}
