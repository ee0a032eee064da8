import CGIF

/// The first frame of a GIF through giflib, on its canvas; what the frame leaves open or transparent
/// is white.
struct GIFDecoder {
  let bytes: [UInt8]
  let order: DecodingOrder

  func decode() throws(ImageError) -> [PixelRemark] {
    try bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decode(bytes) }
    }.get()
  }

  /// Where giflib reads; it lies on the stack while the file is open.
  private struct Source {
    var bytes: UnsafeBufferPointer<UInt8>
    var position = 0
  }

  private func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> [PixelRemark] {
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
        try order.checkRows(height: height, width: width)
        return try firstFrame(file, height, width)
      }
    }.get()
  }

  private func firstFrame(
    _ file: UnsafeMutablePointer<GifFileType>, _ height: Int, _ width: Int
  ) throws(ImageError) -> [PixelRemark] {
    let clear = try nextFrame(file)
    guard let clear else {
      throw .unreadable(path: order.path, detail: "the GIF ends before its first frame")
    }
    let frame = file.pointee.Image
    try order.checkRows(height: Int(frame.Height), width: Int(frame.Width))
    guard let map = frame.ColorMap ?? file.pointee.SColorMap else {
      throw .unreadable(path: order.path, detail: "the GIF has no colours")
    }
    let colours = UnsafeBufferPointer(
      start: map.pointee.Colors, count: Int(map.pointee.ColorCount))
    var canvas = GIFCanvas(height: height, width: width, frame: frame, colours, clear: clear.index)
    let area = Int(frame.Height) * Int(frame.Width)
    let effort = DecodingOrder.Effort(
      values: 4 * area + 3 * height * width, held: frame.Interlace ? area : 0)
    try order.spending(effort, onRowsOf: (height, width)) { () throws(ImageError) in
      try draw(file, on: &canvas)
    }
    var remarks = canvas.isTransparent ? [PixelRemark(.transparency)] : []
    if (try? nextFrame(file)) ?? nil != nil { remarks.append(PixelRemark(.frames)) }
    return remarks
  }

  /// Hands on the rows above the frame, those that it crosses, and those below it.
  private func draw(
    _ file: UnsafeMutablePointer<GifFileType>, on canvas: inout GIFCanvas
  ) throws(ImageError) {
    let frame = canvas.frame
    let (count, width) = (Int(frame.Height), Int(frame.Width))
    let top = min(Int(frame.Top), canvas.height)
    for _ in 0..<top { canvas.handBlank(to: order.sink) }
    if frame.Interlace {
      // Its rows come in four passes, and have to be brought in order first.
      var lines = [UInt8](repeating: 0, count: count * width)
      for row in canvas.rows {
        let status = lines.withUnsafeMutableBufferPointer {
          DGifGetLine(file, $0.baseAddress! + row * width, frame.Width)
        }
        guard status == GIF_OK else { throw failure(file) }
      }
      lines.withUnsafeBufferPointer { lines in
        for row in 0..<min(count, canvas.height - top) {
          canvas.hand(
            UnsafeBufferPointer(rebasing: lines[(row * width)..<((row + 1) * width)]),
            to: order.sink)
        }
      }
    } else {
      var line = [UInt8](repeating: 0, count: width)
      for row in 0..<count {
        guard DGifGetLine(file, &line, frame.Width) == GIF_OK else { throw failure(file) }
        if row < canvas.height - top {
          line.withUnsafeBufferPointer { canvas.hand($0, to: order.sink) }
        }
      }
    }
    for _ in min(canvas.height, top + count)..<canvas.height { canvas.handBlank(to: order.sink) }
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
    return .unreadable(path: order.path, detail: "giflib: \(words)")
  }
}

/// The rows of a canvas with a frame on it; what the frame leaves open or transparent is white.
private struct GIFCanvas {
  let height: Int
  let width: Int
  let frame: GifImageDesc
  let colours: UnsafeBufferPointer<GifColorType>
  let clear: Int?
  /// Whether a pixel of the canvas was transparent so far.
  private(set) var isTransparent: Bool
  private var row: [UInt8]

  init(
    height: Int, width: Int, frame: GifImageDesc, _ colours: UnsafeBufferPointer<GifColorType>,
    clear: Int?
  ) {
    (self.height, self.width, self.frame) = (height, width, frame)
    (self.colours, self.clear) = (colours, clear)
    isTransparent =
      frame.Left > 0 || frame.Top > 0 || frame.Left + frame.Width < width
      || frame.Top + frame.Height < height
    row = [UInt8](repeating: 255, count: 3 * width)
  }

  /// The frame's rows in the order in which they are stored where it is interlaced.
  var rows: [Int] {
    let count = Int(frame.Height)
    return [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0, to: count, by: $1)) }
  }

  /// Hands on a row that the frame does not reach.
  mutating func handBlank(to sink: any RowSink) {
    row.withUnsafeMutableBufferPointer { $0.update(repeating: 255) }
    sink.take(row)
  }

  /// Hands on a row with a line of the frame on it.
  mutating func hand(_ line: UnsafeBufferPointer<UInt8>, to sink: any RowSink) {
    let left = Int(frame.Left)
    let visible = max(0, min(line.count, width - left))
    var isClear = false
    row.withUnsafeMutableBufferPointer { pixels in
      pixels.update(repeating: 255)
      for column in 0..<visible {
        let index = Int(line[column])
        if index == clear {
          isClear = true
          continue
        }
        // Colours beyond the table are black, as in Pillow.
        let colour =
          index < colours.count ? colours[index] : GifColorType(Red: 0, Green: 0, Blue: 0)
        let target = 3 * (left + column)
        pixels[target] = colour.Red
        pixels[target + 1] = colour.Green
        pixels[target + 2] = colour.Blue
      }
      sink.take(pixels.baseAddress!)
    }
    isTransparent = isTransparent || isClear
  }
}
