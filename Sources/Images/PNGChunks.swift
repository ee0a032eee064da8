/// The chunks of a PNG that decide its pixels, and what the others say.
///
/// Gamma, colour profiles, texts and the further frames of an animation are left out before libpng
/// sees the file. They would only cost time and memory, or, as gamma and profiles, change values
/// that Pillow and torchvision hand on as they are stored.
struct PNGChunks {
  /// A PNG of the kept chunks.
  private(set) var file: [UInt8] = []
  /// 1 / gamma × 100,000 as the file has it.
  private(set) var gamma: Int?
  private(set) var hasProfile = false
  private(set) var orientation: Orientation?
  /// Frames of an animation.
  private(set) var frames = 1
  private(set) var isWithoutEnd = false

  init(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes, isBigEndian: true)
    var position = 8
    var left: [Range<Int>] = []
    var hasData = false
    var isClosed = false
    while position < bytes.count {
      // What does not hold together stays as it is: libpng has the words for it.
      guard let length = reader.number(at: position, size: 4),
        let name = reader.slice(at: position + 4, count: 4),
        let data = reader.slice(at: position + 8, count: length),
        reader.slice(at: position + 8 + length, count: 4) != nil
      else { break }
      let next = position + 12 + length
      let isAncillary = name.first! & 0x20 != 0
      let title = String(decoding: name, as: UTF8.self)
      note(title, data)
      if isAncillary && title != "tRNS" { left.append(position..<next) }
      hasData = hasData || title == "IDAT"
      position = next
      if title == "IEND" {
        isClosed = true
        break
      }
    }
    isWithoutEnd = hasData && !isClosed && position == bytes.count
    copy(bytes, to: isClosed ? position : bytes.count, without: left)
  }

  private mutating func copy(_ bytes: [UInt8], to end: Int, without left: [Range<Int>]) {
    if left.isEmpty {
      file = bytes
      return
    }
    file.reserveCapacity(end)
    var start = 0
    for range in left {
      file += bytes[start..<range.lowerBound]
      start = range.upperBound
    }
    file += bytes[start..<end]
  }

  private mutating func note(_ title: String, _ data: ArraySlice<UInt8>) {
    let reader = ByteReader(data, isBigEndian: true)
    switch title {
    case "gAMA": gamma = reader.number(at: 0, size: 4)
    case "sRGB", "iCCP": hasProfile = true
    case "eXIf": orientation = Orientation(exif: data)
    case "acTL": frames = reader.number(at: 0, size: 4) ?? 1
    default: break
    }
  }

  /// Whether applying the gamma would change values by more than rounding: libpng's own threshold,
  /// 5 % off 1 / 2.2. An sRGB chunk or a profile goes before gamma.
  var asksForGamma: Bool {
    guard !hasProfile, let gamma else { return false }
    return !(43_182...47_727).contains(gamma)
  }
}
