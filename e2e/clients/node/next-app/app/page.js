export default function Page() {
  return <p>Weather app</p>
}
