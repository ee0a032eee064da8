import CGIF

/// The first frame of a GIF through giflib, on its canvas; what the frame leaves open or transparent
/// is white.
struct GIFDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode() throws(ImageError) -> DecodedPicture {
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  /// Where giflib reads; it lies on the stack while the file is open.
  private struct Source {
    var bytes: UnsafeBufferPointer<UInt8>
    var position = 0
  }

  private func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> DecodedPicture {
    var source = Source(bytes: bytes)
    return try withUnsafeMutablePointer(to: &source) { source in
      Result { () throws(ImageError) in
        var code = Int32(0)
        let opened = DGifOpen(
          source,
          { file, target, wanted in
            let source = file!.pointee.UserData.assumingMemoryBound(to: Source.self)
            let (bytes, start) = (source.pointee.bytes, source.pointee.position)
            let count = min(Int(wanted), bytes.count - start)
            if count > 0 { target!.update(from: bytes.baseAddress! + start, count: count) }
            source.pointee.position += max(count, 0)
            return Int32(max(count, 0))
          }, &code)
        guard let file = opened else { throw failure(code) }
        defer { DGifCloseFile(file, nil) }
        let (height, width) = (Int(file.pointee.SHeight), Int(file.pointee.SWidth))
        try limits.check(height: height, width: width, path: path)
        return try firstFrame(file, height, width)
      }
    }.get()
  }

  private func firstFrame(
    _ file: UnsafeMutablePointer<GifFileType>, _ height: Int, _ width: Int
  ) throws(ImageError) -> DecodedPicture {
    let clear = try nextFrame(file)
    guard let clear else {
      throw .unreadable(path: path, detail: "the GIF ends before its first frame")
    }
    let frame = file.pointee.Image
    try limits.check(height: Int(frame.Height), width: Int(frame.Width), path: path)
    guard let map = frame.ColorMap ?? file.pointee.SColorMap else {
      throw .unreadable(path: path, detail: "the GIF has no colours")
    }
    let colours = UnsafeBufferPointer(
      start: map.pointee.Colors, count: Int(map.pointee.ColorCount))
    let canvas = GIFCanvas(height: height, width: width, frame: frame, colours, clear: clear.index)
    var isTransparent = canvas.leavesMargin
    let image = try RGBImage(height: height, width: width) { pixels throws(ImageError) in
      pixels.update(repeating: 255)
      var line = [UInt8](repeating: 0, count: Int(frame.Width))
      for row in canvas.rows {
        guard DGifGetLine(file, &line, frame.Width) == GIF_OK else { throw failure(file) }
        if canvas.draw(line, row, into: pixels) { isTransparent = true }
      }
    }
    var remarks = isTransparent ? [PixelRemark(.transparency)] : []
    if (try? nextFrame(file)) ?? nil != nil { remarks.append(PixelRemark(.frames)) }
    return DecodedPicture(image, remarks)
  }

  /// The colour that means nothing in a frame, if there is one.
  private struct Clear {
    var index: Int?
  }

  /// Reads up to a frame's description; `nil` where the file ends instead.
  private func nextFrame(
    _ file: UnsafeMutablePointer<GifFileType>
  ) throws(ImageError) -> Clear? {
    var clear = Clear()
    while true {
      var kind = GifRecordType(0)
      guard DGifGetRecordType(file, &kind) == GIF_OK else { throw failure(file) }
      switch kind {
      case IMAGE_DESC_RECORD_TYPE:
        guard DGifGetImageDesc(file) == GIF_OK else { throw failure(file) }
        return clear
      case EXTENSION_RECORD_TYPE:
        var code = Int32(0)
        var block: UnsafeMutablePointer<GifByteType>?
        guard DGifGetExtension(file, &code, &block) == GIF_OK else { throw failure(file) }
        while let part = block {
          var control = GraphicsControlBlock()
          if code == GRAPHICS_EXT_FUNC_CODE,
            DGifExtensionToGCB(Int(part[0]), part + 1, &control) == GIF_OK
          {
            let index = Int(control.TransparentColor)
            clear.index = index == NO_TRANSPARENT_COLOR ? nil : index
          }
          guard DGifGetExtensionNext(file, &block) == GIF_OK else { throw failure(file) }
        }
      default: return nil
      }
    }
  }

  private func failure(_ file: UnsafeMutablePointer<GifFileType>) -> ImageError {
    failure(file.pointee.Error)
  }

  private func failure(_ code: Int32) -> ImageError {
    let words = GifErrorString(code).map { String(cString: $0) } ?? "error \(code)"
    return .unreadable(path: path, detail: "giflib: \(words)")
  }
}

/// Where the lines of a frame go.
private struct GIFCanvas {
  let height: Int
  let width: Int
  let frame: GifImageDesc
  let colours: UnsafeBufferPointer<GifColorType>
  let clear: Int?

  init(
    height: Int, width: Int, frame: GifImageDesc, _ colours: UnsafeBufferPointer<GifColorType>,
    clear: Int?
  ) {
    (self.height, self.width, self.frame) = (height, width, frame)
    (self.colours, self.clear) = (colours, clear)
  }

  /// Whether the frame does not cover the canvas.
  var leavesMargin: Bool {
    frame.Left > 0 || frame.Top > 0 || frame.Left + frame.Width < width
      || frame.Top + frame.Height < height
  }

  /// The frame's rows in the order in which they are stored.
  var rows: [Int] {
    let count = Int(frame.Height)
    if !frame.Interlace { return Array(0..<count) }
    return [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0, to: count, by: $1)) }
  }

  /// Draws what lies on the canvas; returns whether a pixel of it was transparent.
  func draw(_ line: [UInt8], _ row: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    let y = Int(frame.Top) + row
    guard y < height else { return false }
    var isTransparent = false
    let left = Int(frame.Left)
    for column in 0..<max(0, min(line.count, width - left)) {
      let index = Int(line[column])
      if index == clear {
        isTransparent = true
        continue
      }
      // Colours beyond the table are black, as in Pillow.
      let colour = index < colours.count ? colours[index] : GifColorType(Red: 0, Green: 0, Blue: 0)
      let target = 3 * (y * width + left + column)
      pixels[target] = colour.Red
      pixels[target + 1] = colour.Green
      pixels[target + 2] = colour.Blue
    }
    return isTransparent
  }
}
