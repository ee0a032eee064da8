import Datasets
import Foundation
import Images
import Recipes
import TestSupport
import Testing
import Training

/// What decoders have to say reaches the catalogue's notes.
@Suite struct PictureNoteTests {
  /// A PNG of 2 × 1 pixels, red and blue, with an EXIF orientation that mirrors it.
  private let mirrored: Data = {
    let plain = PNGMaker.encode(height: 1, width: 2, rgb: [255, 0, 0, 0, 0, 255])
    let exif: [UInt8] =
      Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 2, 0, 0]
      + [0, 0, 0, 0]
    // Nobody checks this chunk's checksum.
    let chunk = [0, 0, 0, UInt8(exif.count)] + Array("eXIf".utf8) + exif + [0, 0, 0, 0]
    return plain[..<33] + chunk + plain[33...]
  }()

  private func prepare(_ folder: TemporaryFolder, _ rule: OrientationRule) throws -> PreparedData {
    for label in ["a", "b"] {
      let plain = PNGMaker.encode(height: 1, width: 2, rgb: [255, 0, 0, 0, 0, 255])
      for index in 0..<4 { try folder.write(plain, to: "data/\(label)/\(index).png") }
    }
    try folder.write(mirrored, to: "data/a/mirrored.png")
    // All plain pictures are one.
    var split = SplitConfiguration(test: .stratified(share: 0.25), validation: 0)
    split.duplicates = DuplicatePolicy(copies: .keep)
    return try PreparedData(
      dataset: DatasetConfiguration(name: "d", root: folder.path(of: "data"), format: .folder),
      split: split,
      image: ImageConfiguration(
        height: 1, width: 2, decoding: DecodingOptions(orientation: rule)),
      cacheFolder: folder.path(of: "cache"), threads: 1)
  }

  @Test(
    "an orientation is told, ignored or applied",
    arguments: [
      (
        OrientationRule.ignore, [UInt8]([255, 0, 0, 0, 0, 255]),
        "1 picture carries an EXIF orientation, which is ignored (image: {orientation: apply} turns"
          + " it upright): 'a/mirrored.png'"
      ),
      (
        .apply, [0, 0, 255, 255, 0, 0],
        "1 picture carries an EXIF orientation, which is applied: 'a/mirrored.png'"
      ),
    ])
  func orientation(rule: OrientationRule, pixels: [UInt8], note: String) throws {
    let data = try prepare(try TemporaryFolder(), rule)
    #expect(data.catalogue.notes == [note])
    let index = try #require(
      data.catalogue.examples.firstIndex { $0.id.hasSuffix("mirrored.png") })
    #expect(Array(data.pixels.pixels(at: data.catalogue.sourceIndices[index])) == pixels)
    #expect(DatasetSummary(of: data.splits).notes.contains(note))
  }
}
