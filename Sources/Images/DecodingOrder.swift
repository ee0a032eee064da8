/// One picture to be decoded: what may be spent on it, and where its rows go.
struct DecodingOrder {
  /// For messages.
  let path: String
  /// Bytes of the file.
  let fileBytes: Int
  let limits: DecodingLimits
  /// The size that the caller will resize to, sides as they are stored; `nil` where all pixels are
  /// wanted.
  let target: (height: Int, width: Int)?
  let sink: any RowSink

  /// What decoding a picture takes.
  struct Effort {
    /// Numbers that the decoder brings forth, in all of its passes.
    var values: Int
    /// Bytes that it holds at a time.
    var held: Int
  }

  /// The largest of 8, 4, 2, 1 that leaves twice the target on both sides.
  func shrink(_ height: Int, _ width: Int) -> Int {
    guard let target else { return 1 }
    return [8, 4, 2].first { shrink in
      (height + shrink - 1) / shrink >= 2 * target.height
        && (width + shrink - 1) / shrink >= 2 * target.width
    } ?? 1
  }

  /// Checks an announced size of which all pixels will be decoded, or 1 / `shrink` of each side.
  func check(height: Int, width: Int, shrink: Int = 1) throws(ImageError) {
    try limits.check(height: height, width: width, shrink: shrink, path: path)
    try checkRow(width)
  }

  /// Checks an announced size whose rows are resized as they come: up to 16 times the limit, where
  /// both sides are at least twice the target's.
  func checkRows(height: Int, width: Int) throws(ImageError) {
    try limits.check(
      height: height, width: width, times: shrink(height, width) > 1 ? 16 : 1, path: path)
    try checkRow(width)
  }

  /// Checks what a row takes by itself: libraries make room for it as soon as they know the size,
  /// before it can be said what decoding takes.
  private func checkRow(_ width: Int) throws(ImageError) {
    try limits.admit(values: 0, held: Self.rowBytes * width, bytes: fileBytes, path: path)
  }

  /// Libraries hold a few copies of a row, whatever they hold besides; bytes a pixel.
  private static let rowBytes = 8

  /// Decodes, once that is found to be in proportion to the file, and there is room for it.
  func spending<Value>(
    _ effort: Effort, onRowsOf size: (height: Int, width: Int),
    _ decode: () throws(ImageError) -> Value
  ) throws(ImageError) -> Value {
    // What a row costs beside its pixels counts as 64 values.
    let values = effort.values + 64 * size.height
    let held =
      effort.held + sink.held(height: size.height, width: size.width) + Self.rowBytes * size.width
    try limits.admit(values: values, held: held, bytes: fileBytes, path: path)
    DecodingRoom.shared.enter(held)
    defer { DecodingRoom.shared.leave(held) }
    sink.begin(height: size.height, width: size.width)
    return try decode()
  }
}

extension DecodingLimits {
  /// Values that may come of a file: 240 million, and 80 for each of its bytes. Photographs and
  /// drawings have no more than 60 a byte; a file that says nothing in many words may have 1,000.
  func mostValues(bytes: Int) -> Int { 240_000_000 + 80 * bytes }

  /// Bytes of memory that decoding a file may take: 176 million, and 24 for each of its bytes, but
  /// never more than 16 for each pixel allowed.
  func mostHeld(bytes: Int) -> Int {
    min(
      176_000_000 + 24 * bytes,
      max(1 << 20, pixels.multipliedReportingOverflow(by: 16).partialValue))
  }

  /// Throws where decoding would be out of proportion to the file's length.
  func admit(values: Int, held: Int, bytes: Int, path: String) throws(ImageError) {
    func refuse(_ what: String) -> ImageError {
      .oversized(
        path: path,
        detail: "\(what): a picture that says so little in so many pixels is taken for a mistake or"
          + " an attack; make it smaller, or save it in another format")
    }
    guard values <= mostValues(bytes: bytes) else {
      throw refuse(
        "its \(bytes) bytes would become \(values) values, and \(mostValues(bytes: bytes)) are the"
          + " limit for a file of that length")
    }
    guard held <= mostHeld(bytes: bytes) else {
      throw refuse(
        "decoding its \(bytes) bytes would take \(held / 1_000_000) MB of memory, and"
          + " \(mostHeld(bytes: bytes) / 1_000_000) MB are the limit for a file of that length")
    }
  }
}
