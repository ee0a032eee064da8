import Files

/// Fills records of height × width × 3 bytes from sources; containers are opened once.
struct PixelReader: Sendable {
  let height: Int
  let width: Int
  let limits: DecodingLimits
  let options: DecodingOptions
  private var idxFiles: [String: Result<IDXFile, ImageError>] = [:]
  private var cifarFiles: [CIFARKey: Result<CIFARFile, ImageError>] = [:]

  private struct CIFARKey: Hashable {
    var path: String
    var labelBytes: Int
  }

  /// Opens the containers that `sources` name.
  init(
    for sources: [PixelSource], height: Int, width: Int, limits: DecodingLimits,
    options: DecodingOptions = .init()
  ) {
    (self.height, self.width, self.options) = (height, width, options)
    self.limits = DecodingLimits(bytes: limits.bytes, pixels: options.pixelLimit ?? limits.pixels)
    for source in sources {
      switch source {
      case .file: break
      case .idx(let path, _):
        if idxFiles[path] == nil {
          idxFiles[path] = Self.container(path) { () throws(FileError) in try IDXFile(path: path) }
        }
      case .cifar(let path, _, let labelBytes):
        let key = CIFARKey(path: path, labelBytes: labelBytes)
        if cifarFiles[key] == nil {
          cifarFiles[key] = Self.container(path) { () throws(FileError) in
            try CIFARFile(path: path, labelBytes: labelBytes)
          }
        }
      }
    }
  }

  /// Writes the pixels of `source`; zeros when there is a problem. What there is to say is returned.
  func read(
    _ source: PixelSource, into record: UnsafeMutableBufferPointer<UInt8>
  ) -> PixelFinding {
    do throws(ImageError) {
      let sink = ResizingSink(into: record.baseAddress!, height: height, width: width)
      let remarks = try decode(source, target: (height, width), into: sink)
      sink.finish()
      return PixelFinding(remarks: remarks)
    } catch {
      record.update(repeating: 0)
      var finding = PixelFinding(problem: error.problem)
      if case .refused(let refusal) = error { finding.refusal = refusal }
      return finding
    }
  }

  /// Decodes a picture and hands its rows on; what there is to say is returned. Where a target is
  /// given, a large JPEG is decoded at reduced scale.
  func decode(
    _ source: PixelSource, target: (height: Int, width: Int)?, into sink: any RowSink
  ) throws(ImageError) -> [PixelRemark] {
    switch source {
    case .file(let path):
      return try ImageDecoder.decode(
        path: path, limits: limits, options: options, target: target, into: sink)
    case .idx(let path, let index):
      sink.take(all: try image(index, in: try idxFiles[path]!.get(), path))
      return []
    case .cifar(let path, let index, let labelBytes):
      let file = try cifarFiles[CIFARKey(path: path, labelBytes: labelBytes)]!.get()
      guard (0..<file.count).contains(index) else { throw beyond(index, file.count, path) }
      let planes = try content(path) { () throws(FileError) in try file.pixels(at: index) }
      let image = RGBImage(height: 32, width: 32) { pixels in
        for (offset, value) in planes.enumerated() {
          pixels[offset % 1024 * 3 + offset / 1024] = value
        }
      }
      sink.take(all: image)
      return []
    }
  }

  /// Images × height × width of gray, or images × height × width × 3.
  private func image(
    _ index: Int, in file: IDXFile, _ path: String
  ) throws(ImageError) -> RGBImage {
    let sizes = file.dimensions
    guard sizes.count == 3 || (sizes.count == 4 && sizes[3] == 3) else {
      throw .unreadable(
        path: path,
        detail: "its dimensions \(sizes) are neither images x height x width nor those x 3")
    }
    guard (0..<file.count).contains(index) else { throw beyond(index, file.count, path) }
    try limits.check(height: sizes[1], width: sizes[2], path: path)
    let values = try content(path) { () throws(FileError) in try file.item(at: index) }
    if sizes.count == 4 {
      return RGBImage(height: sizes[1], width: sizes[2], pixels: values)
    }
    return RGBImage(height: sizes[1], width: sizes[2]) { pixels in
      for (offset, value) in values.enumerated() {
        pixels[3 * offset] = value
        pixels[3 * offset + 1] = value
        pixels[3 * offset + 2] = value
      }
    }
  }

  private func content(
    _ path: String, _ read: () throws(FileError) -> [UInt8]
  ) throws(ImageError) -> [UInt8] {
    do throws(FileError) {
      return try read()
    } catch {
      throw ImageError(error, path: path)
    }
  }

  private func beyond(_ index: Int, _ count: Int, _ path: String) -> ImageError {
    .unreadable(path: path, detail: "image \(index) was asked for and it has \(count)")
  }

  private static func container<File>(
    _ path: String, _ read: () throws(FileError) -> File
  ) -> Result<File, ImageError> {
    do throws(FileError) {
      guard try FileStamp(of: path) != nil else { return .failure(.missing(path: path)) }
      return .success(try read())
    } catch {
      return .failure(ImageError(error, path: path))
    }
  }
}
