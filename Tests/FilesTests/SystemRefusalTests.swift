import Files
import Foundation
import TestSupport
import Testing

@Suite("What the machine refuses") struct SystemRefusalTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `is told by the number of the system, whoever found it`() throws {
    let path = folder.path(of: "x")
    for code in [ENOSPC, EDQUOT, EIO, EROFS, ESTALE, EFBIG, EMFILE, ENFILE, ENOMEM] {
      let error = FileError("write", path, code: code)
      #expect(SystemRefusal(of: error)?.code == code)
      #expect(error.refusal?.path == path)
      let foundation = NSError(
        domain: NSCocoaErrorDomain, code: CocoaError.fileWriteUnknown.rawValue,
        userInfo: [
          NSFilePathErrorKey: path,
          NSUnderlyingErrorKey: NSError(domain: NSPOSIXErrorDomain, code: Int(code)),
        ])
      #expect(SystemRefusal(of: foundation)?.code == code)
      #expect(SystemRefusal(of: foundation)?.path == path)
    }
    #expect(
      SystemRefusal(of: CocoaError(.fileWriteOutOfSpace, userInfo: [NSFilePathErrorKey: path]))?
        .code == ENOSPC)
    for code in [ENOENT, EACCES, EISDIR, ELOOP] {
      #expect(SystemRefusal(of: FileError("write", path, code: code)) == nil)
    }
    #expect(SystemRefusal(of: FileError("read", path, reason: "it is no table")) == nil)
    struct Other: Error {}
    #expect(SystemRefusal(of: Other()) == nil)
  }

  /// In the program's own folders a permission that is gone is nobody else's fault either.
  @Test func `in own folders is every number but that of an absent file`() {
    let own = [folder.path]
    let inside = folder.path(of: "runs/1/current.checkpoint")
    #expect(
      SystemRefusal(of: FileError("write", inside, code: EACCES), owning: own)?.code == EACCES)
    #expect(SystemRefusal(of: FileError("open", inside, code: ENOENT), owning: own) == nil)
    #expect(SystemRefusal(of: FileError("read", inside, reason: "damaged"), owning: own) == nil)
    let beside = folder.path + "-other/x"
    #expect(SystemRefusal(of: FileError("write", beside, code: EACCES), owning: own) == nil)
  }

  @Test func `says which file, how full its disk is, and what to do`() throws {
    let path = folder.path(of: "deep/er/x")
    let full = SystemRefusal("write", path, code: ENOSPC).description
    #expect(full.hasPrefix("the disk is full: cannot write '\(path)': No space left on device; "))
    #expect(full.contains(/[0-9.]+ [MG]B of [0-9.]+ [MG]B are free, free some/))
    #expect(SystemRefusal("read", path, code: EIO).description.hasPrefix("the disk fails: "))
    #expect(SystemRefusal("open", path, code: EMFILE).description.contains("'ulimit -n'"))
    #expect(SystemRefusal("write", path, code: EFBIG).description.contains("'ulimit -f'"))
    #expect(SystemRefusal("write", path, code: EDQUOT).description.contains("quota"))
    #expect(SystemRefusal("write", path, code: EROFS).description.contains("read-only"))
    #expect(SystemRefusal("lock", path, code: ENOLCK).description.contains("cannot lock '"))
    let error = #expect(throws: FileError.self) {
      try AtomicFile.requireFreeSpace(1 << 60, in: folder.path)
    }
    #expect(error?.refusal?.description.contains("\(1 << 60) bytes are needed") == true)
  }

  @Test func `survives being told from one process to another`() throws {
    let refusal = SystemRefusal("write", "/a \"b\"\nc", code: ENOSPC, reason: "ü")
    let told = try JSONDecoder().decode(
      SystemRefusal.self, from: try JSONEncoder().encode(refusal))
    #expect(told == refusal)
  }

  /// A real device on which nothing can be written, by its own name and through a link.
  @Test func `a device is written to and never replaced`() throws {
    try folder.link("full", to: "/dev/full")
    for path in ["/dev/full", folder.path(of: "full")] {
      let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: path) }
      #expect(error?.code == ENOSPC, "\(path)")
    }
    try AtomicFile.write("x", to: "/dev/null")
    for device in ["/dev/full", "/dev/null"] {
      let type =
        try FileManager.default.attributesOfItem(atPath: device)[.type] as? FileAttributeType
      #expect(type == .typeCharacterSpecial)
    }
    #expect(try folder.names == ["full"])
  }

  @Test func `open files are counted as the system counts them`() {
    #expect(OpenFileLimit.hasRoom(for: 1))
    #expect(OpenFileLimit.now.soft >= 1 && OpenFileLimit.now.soft <= OpenFileLimit.now.hard)
  }

  @Test func `a folder's names are sorted, and what is no folder is an error`() throws {
    for name in ["b", "a", ".c"] { try folder.write("", to: name) }
    #expect(try Folder.names(in: folder.path) == [".c", "a", "b"])
    #expect(throws: FileError.self) { try Folder.names(in: folder.path(of: "a")) }
    #expect(throws: FileError.self) { try Folder.names(in: folder.path(of: "none")) }
  }
}
