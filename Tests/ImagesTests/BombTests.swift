import Dispatch
import Files
import Images
import TestSupport
import Testing

/// Small pictures that ask for much; `Tests/References/bombs.py` makes them.
@Suite("Pictures that ask for much")
struct BombTests {
  static let refused: [(file: String, reason: PixelProblem.Reason, words: String)] = [
    // 10,000 × 10,000 pixels: as many as the limit allows.
    ("arithmetic.jpg", .oversized, "values, and"),
    ("canvas.gif", .oversized, "values, and"),
    ("lossless.webp", .oversized, "values, and"),
    ("animation.webp", .oversized, "values, and"),
    ("runs_ended.bmp", .oversized, "values, and"),
    ("fax.tif", .oversized, "values, and"),
    // More than the limit.
    ("cut_off_of_65500.jpg", .oversized, "65500 x 65500 pixels"),
    ("canvas_65535.gif", .oversized, "65535 x 65535 pixels"),
    ("lossless_above.webp", .oversized, "16383 x 16383 pixels"),
    ("above_and_cut_off.png", .oversized, "60000 x 60000 pixels"),
    ("lowest_row.bmp", .oversized, "1 x 2147483648 pixels"),
    // Without the bytes that their headers promise.
    ("no_rows.bmp", .unreadable, "ends before its last row"),
    ("strips_on_one_place.tif", .unreadable, "claim 8000000 bytes of a file of"),
    ("count_of_4_billion.tif", .unreadable, "libtiff"),
  ]

  @Test("are refused before anything is decoded", arguments: refused.indices)
  func areRefused(_ index: Int) throws {
    let bomb = Self.refused[index]
    let path = Fixture.path("Bombs/" + bomb.file)
    let error = #expect(throws: ImageError.self, "\(bomb.file)") {
      try ImageDecoder.decode(path: path)
    }
    #expect(error?.problem.reason == bomb.reason, "\(bomb.file)")
    #expect(error?.problem.detail.contains(bomb.words) == true, "\(error?.description ?? "")")
  }

  @Test("that break off are left where they do")
  func cutOff() throws {
    let error = #expect(throws: ImageError.self) {
      try ImageDecoder.decode(path: Fixture.path("Bombs/cut_off_at_once.jpg"), target: (16, 16))
    }
    #expect(error?.problem.reason == .unreadable)
    #expect(error?.problem.detail.contains("Corrupt JPEG data") == true)
  }

  @Test("that hold little are read", arguments: ["interlaced_row.png", "directory_loop.tif"])
  func harmless(file: String) throws {
    let image = try ImageDecoder.decode(path: Fixture.path("Bombs/" + file))
    #expect(image.pixels.allSatisfy { $0 == (file.hasSuffix("png") ? 255 : 0) })
  }

  @Test("values and memory are in proportion to the file")
  func proportion() throws {
    // 4 bytes a pixel, and 64 a row: 59 million pixels stay below 240 million values, 64 million do
    // not.
    func header(_ side: Int) -> [UInt8] {
      var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      func chunk(_ name: String, _ data: [UInt8]) {
        let body = Array(name.utf8) + data
        let sum = body.withUnsafeBytes { CRC32.checksum(of: $0) }
        bytes += big(UInt32(data.count))
        bytes += body
        bytes += big(sum)
      }
      func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: number >> shift) }
      }
      let sides: [UInt8] = big(UInt32(side)) + big(UInt32(side))
      chunk("IHDR", sides + [8, 6, 0, 0, 0])
      chunk("IDAT", [0x78, 0x9C])
      return bytes
    }
    var error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: header(8000)) }
    #expect(error?.problem.reason == .oversized)
    #expect(error?.problem.detail.contains("256512000 values") == true)
    error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: header(4000)) }
    #expect(error?.problem.reason == .unreadable)
    // Room for pixels that are kept, 3 bytes each beside two rows of 4.
    error = #expect(throws: ImageError.self) { try ImageDecoder.decode(bytes: header(7700)) }
    #expect(error?.problem.reason == .oversized)
    #expect(error?.problem.detail.contains("177 MB of memory, and 176 MB") == true)
  }

  @Test("rows that are resized as they come have a limit too")
  func rowsOnly() throws {
    let folder = try TemporaryFolder()
    let sources = ["above_and_cut_off.png", "cut_off_of_65500.jpg"].map {
      PixelSource.file(Fixture.path("Bombs/" + $0))
    }
    let cache = try PixelCache.open(
      folder: folder.path, sources: sources, height: 16, width: 16, threads: 1)
    #expect(cache.problem(at: 0)?.reason == .oversized)
    #expect(cache.problem(at: 0)?.detail.contains("16 times the limit of 100000000") == true)
    // An eighth of its sides is left, and within the limit; but its 150 bytes are too few for it.
    #expect(cache.problem(at: 1)?.reason == .oversized)
    #expect(cache.problem(at: 1)?.detail.contains("its 150 bytes would become") == true)
  }
}

@Suite struct DecodingRoomTests {
  private static let unit = DecodingRoom.small + 1

  @Test func largePicturesWaitForOneAnother() {
    let room = DecodingRoom(bytes: 5 * Self.unit / 2)
    DispatchQueue.concurrentPerform(iterations: 16) { index in
      // The last one alone is more than the room.
      let size = index == 7 ? 3 * Self.unit : Self.unit
      room.enter(size)
      room.leave(size)
    }
    #expect(room.mostHeld == 3 * Self.unit)
  }

  @Test func twoFitAndThreeDoNot() {
    let room = DecodingRoom(bytes: 5 * Self.unit / 2)
    DispatchQueue.concurrentPerform(iterations: 32) { _ in
      room.enter(Self.unit)
      room.leave(Self.unit)
    }
    #expect(room.mostHeld <= 2 * Self.unit)
  }

  @Test func smallPicturesAreNotCounted() {
    let room = DecodingRoom(bytes: 1)
    for _ in 0..<3 { room.enter(DecodingRoom.small) }
    #expect(room.mostHeld == 0)
  }
}
