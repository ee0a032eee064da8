import CTurboJPEG

/// One JPEG through libjpeg-turbo: accurate DCT, at most 500 scans, every warning an error.
///
/// A warning means that the decoder met damage and filled the gap with a guess; pixels of that
/// kind do not belong into an experiment.
struct JPEGDecoder {
  let bytes: [UInt8]
  let path: String
  let limits: DecodingLimits

  func decode(target: (height: Int, width: Int)?) throws(ImageError) -> RGBImage {
    guard let handle = tjInitDecompress() else {
      throw .unreadable(path: path, detail: "libjpeg-turbo does not start")
    }
    defer { tjDestroy(handle) }
    let header = try readHeader(handle)
    try limits.check(height: header.height, width: header.width, path: path)
    let shrink = Self.shrink(header, target)
    let height = (header.height + shrink - 1) / shrink
    let width = (header.width + shrink - 1) / shrink
    if header.isCMYK {
      var inks = [UInt8](repeating: 0, count: height * width * 4)
      let status = inks.withUnsafeMutableBufferPointer {
        decompress(handle, $0.baseAddress!, height, width, TJPF_CMYK)
      }
      guard status == 0 else { throw failure(handle) }
      return toRGB(inks, height, width)
    }
    return try RGBImage(height: height, width: width) { buffer throws(ImageError) in
      guard decompress(handle, buffer.baseAddress!, height, width, TJPF_RGB) == 0 else {
        throw failure(handle)
      }
    }
  }

  private struct Header {
    var height: Int
    var width: Int
    var isCMYK: Bool
  }

  private func readHeader(_ handle: tjhandle) throws(ImageError) -> Header {
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let status = bytes.withUnsafeBufferPointer {
      tjDecompressHeader3(
        handle, $0.baseAddress, UInt($0.count), &width, &height, &subsampling, &space)
    }
    guard status == 0 else { throw failure(handle) }
    // A file cut off before its frame passes for one of tables only; a frame of zero size does not
    // come here.
    guard width > 0, height > 0 else {
      throw .unreadable(path: path, detail: "it ends before the image begins")
    }
    let isCMYK = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
    return Header(height: Int(height), width: Int(width), isCMYK: isCMYK)
  }

  private func decompress(
    _ handle: tjhandle, _ output: UnsafeMutablePointer<UInt8>, _ height: Int, _ width: Int,
    _ format: TJPF
  ) -> Int32 {
    bytes.withUnsafeBufferPointer {
      tjDecompress2(
        handle, $0.baseAddress, UInt($0.count), output, Int32(width), 0, Int32(height),
        Int32(format.rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
    }
  }

  /// The largest of 8, 4, 2, 1 that leaves twice the target on both sides.
  private static func shrink(_ header: Header, _ target: (height: Int, width: Int)?) -> Int {
    guard let target else { return 1 }
    return [8, 4, 2].first { shrink in
      (header.height + shrink - 1) / shrink >= 2 * target.height
        && (header.width + shrink - 1) / shrink >= 2 * target.width
    } ?? 1
  }

  /// red = (255 - cyan)(255 - black) / 255 and so on. Adobe's programs store 255 - ink and say who
  /// they are in an APP14 segment.
  private func toRGB(_ inks: [UInt8], _ height: Int, _ width: Int) -> RGBImage {
    let inverted = hasAdobeSegment
    return RGBImage(height: height, width: width) { pixels in
      for pixel in 0..<(height * width) {
        func light(_ channel: Int) -> Int {
          let value = Int(inks[4 * pixel + channel])
          return inverted ? value : 255 - value
        }
        let paper = light(3)
        for channel in 0..<3 {
          pixels[3 * pixel + channel] = UInt8((light(channel) * paper + 127) / 255)
        }
      }
    }
  }

  /// Walks the segments before the image data.
  private var hasAdobeSegment: Bool {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1
        continue
      }
      if marker == 0xDA { return false }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      if marker == 0xEE, bytes[(position + 4)...].starts(with: Array("Adobe".utf8)) { return true }
      position += 2 + max(length, 2)
    }
    return false
  }

  private func failure(_ handle: tjhandle) -> ImageError {
    let words = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
    if words.contains("Empty JPEG image") { return .empty(path: path, detail: words) }
    return .unreadable(path: path, detail: words)
  }
}
