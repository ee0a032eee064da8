import TestSupport
import Testing

@Suite struct KernelChoiceTests {
  @Test func `kernels that this processor does not run are refused before anything runs`() throws {
    let folder = try TemporaryFolder()
    let refused = try PoiseProcess.run(
      "doctor", in: folder.path, environment: ["COUNTERPOISE_KERNELS": "avx3"])
    #expect(refused.status == 64 && !refused.wasSignalled)
    #expect(refused.standardOutput == "")
    #expect(refused.standardError.hasPrefix("error: COUNTERPOISE_KERNELS is 'avx3', but "))
    #expect(refused.standardError.contains("portable; set it to one of these, or unset it"))
    #expect(refused.standardError.filter { $0 == "\n" }.count == 1)
  }

  @Test(arguments: ["portable", ""])
  func `kernels that every processor runs, and an empty name, are accepted`(name: String) throws {
    let folder = try TemporaryFolder()
    let doctor = try PoiseProcess.run(
      "doctor", in: folder.path, environment: ["COUNTERPOISE_KERNELS": name])
    #expect(doctor.status == 0, "\(doctor.standardError)")
    let line = doctor.standardOutput.split(separator: "\n").first { $0.hasPrefix("own kernels") }
    #expect(line != nil && (name.isEmpty || line?.contains(name) == true))
  }
}
